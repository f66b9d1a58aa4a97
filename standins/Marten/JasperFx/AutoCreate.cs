namespace JasperFx;

/// <summary>How far the store may go in bringing the database's schema to what is configured.</summary>
public enum AutoCreate
{
    /// <summary>Creates and changes what is needed. The stand-in never drops an object, also in this mode.</summary>
    All,

    /// <summary>Creates what is missing and adds missing columns.</summary>
    CreateOrUpdate,

    /// <summary>Creates what is missing, changes nothing.</summary>
    CreateOnly,

    /// <summary>Leaves the database alone.</summary>
    None
}
