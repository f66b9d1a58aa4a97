using System.Reflection;
using System.Runtime.CompilerServices;
using JasperFx.Events;
using Marten.Events.Aggregation;

namespace Marten.Aggregation;

/// <summary>
/// The projection of a document that evolves itself by a public method <c>Evolve(IEvent)</c> or <c>Evolve(object)</c>, returning the next
/// state or nothing. Real Marten writes this class with its source generator.
/// </summary>
internal sealed class SelfAggregate<TDoc, TId> : SingleStreamProjection<TDoc, TId> where TDoc : notnull where TId : notnull
{
    private readonly Func<TDoc, IEvent, TDoc> _evolve = SelfAggregate.Evolver<TDoc>();

    public override TDoc? Evolve(TDoc? snapshot, TId id, IEvent e) => _evolve(snapshot ?? SelfAggregate.New<TDoc>(), e);
}

internal static class SelfAggregate
{
    public static bool IsOne(Type type) => MethodOf(type) is not null;

    public static Func<TDoc, IEvent, TDoc> Evolver<TDoc>()
    {
        var method = MethodOf(typeof(TDoc))
            ?? throw NotInTheSubset.Member($"{typeof(TDoc)} as a snapshot without a public method Evolve(IEvent)");
        var takesEvent = method.GetParameters()[0].ParameterType == typeof(IEvent);
        if (method.ReturnType == typeof(void))
        {
            if (takesEvent)
            {
                var change = method.CreateDelegate<Action<TDoc, IEvent>>();
                return (document, e) => { change(document, e); return document; };
            }

            var changeByData = method.CreateDelegate<Action<TDoc, object>>();
            return (document, e) => { changeByData(document, e.Data); return document; };
        }

        if (takesEvent)
        {
            return method.CreateDelegate<Func<TDoc, IEvent, TDoc>>();
        }

        var next = method.CreateDelegate<Func<TDoc, object, TDoc>>();
        return (document, e) => next(document, e.Data);
    }

    /// <summary>As Marten's generator does it: without a public constructor, the fields are not initialised.</summary>
    public static TDoc New<TDoc>() => typeof(TDoc).GetConstructor(Type.EmptyTypes) is not null
        ? Activator.CreateInstance<TDoc>()
        : (TDoc)RuntimeHelpers.GetUninitializedObject(typeof(TDoc));

    private static MethodInfo? MethodOf(Type type) => Array.Find(
        type.IsValueType ? [] : type.GetMethods(BindingFlags.Instance | BindingFlags.Public),
        m => m.Name == "Evolve" && (m.ReturnType == typeof(void) || m.ReturnType == type) && m.GetParameters() is [var p]
            && (p.ParameterType == typeof(IEvent) || p.ParameterType == typeof(object)));
}
