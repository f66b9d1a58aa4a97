namespace QrPlatform.Seed.Campaigns;

/// <summary>A city where codes hang.</summary>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Region">State or region, as QR platforms write it.</param>
/// <param name="City">Name.</param>
/// <param name="Latitude">Degrees north, of the centre.</param>
/// <param name="Longitude">Degrees east, of the centre.</param>
/// <param name="TimeZone">IANA id: people scan by the clock of the place.</param>
internal sealed record Place(string Country, string Region, string City, double Latitude, double Longitude, string TimeZone)
{
    public static readonly Place
        SanFrancisco = new("US", "CA", "San Francisco", 37.7793, -122.4193, "America/Los_Angeles"),
        LosAngeles = new("US", "CA", "Los Angeles", 34.0522, -118.2437, "America/Los_Angeles"),
        Seattle = new("US", "WA", "Seattle", 47.6062, -122.3321, "America/Los_Angeles"),
        Portland = new("US", "OR", "Portland", 45.5152, -122.6784, "America/Los_Angeles"),
        Denver = new("US", "CO", "Denver", 39.7392, -104.9903, "America/Denver"),
        LasVegas = new("US", "NV", "Las Vegas", 36.1699, -115.1398, "America/Los_Angeles"),
        Austin = new("US", "TX", "Austin", 30.2672, -97.7431, "America/Chicago"),
        Chicago = new("US", "IL", "Chicago", 41.8781, -87.6298, "America/Chicago"),
        NewYork = new("US", "NY", "New York", 40.7128, -74.0060, "America/New_York"),
        Boston = new("US", "MA", "Boston", 42.3601, -71.0589, "America/New_York"),
        Miami = new("US", "FL", "Miami", 25.7617, -80.1918, "America/New_York"),
        Toronto = new("CA", "ON", "Toronto", 43.6532, -79.3832, "America/Toronto"),
        London = new("GB", "ENG", "London", 51.5074, -0.1278, "Europe/London"),
        Manchester = new("GB", "ENG", "Manchester", 53.4808, -2.2426, "Europe/London"),
        Berlin = new("DE", "BE", "Berlin", 52.5200, 13.4050, "Europe/Berlin"),
        Munich = new("DE", "BY", "Munich", 48.1351, 11.5820, "Europe/Berlin"),
        Paris = new("FR", "IDF", "Paris", 48.8566, 2.3522, "Europe/Paris"),
        Amsterdam = new("NL", "NH", "Amsterdam", 52.3676, 4.9041, "Europe/Amsterdam");
}
