using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Events;

namespace QrPlatform.Enrichment.Steps;

/// <summary>The place as the source states it, its coordinates generalised to 2 decimals (about 1 km); the exact ones are personal.</summary>
internal static class GeneralisePlace
{
    private const int Decimals = 2;

    public static StepResult Apply(ScanDraft draft)
    {
        if (draft.Source.ScanLocation is { } stated)
        {
            draft.Place = new Place(
                Generalise(stated.Latitude), Generalise(stated.Longitude), stated.City, stated.Region, stated.Country, stated.Accuracy);
        }

        return StepResult.Continue;
    }

    private static double? Generalise(double? degrees) => degrees is { } value ? Math.Round(value, Decimals, MidpointRounding.ToEven) : null;
}
