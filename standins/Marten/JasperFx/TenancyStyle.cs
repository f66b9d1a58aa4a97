namespace JasperFx.MultiTenancy;

/// <summary>Whether tenants share tables.</summary>
public enum TenancyStyle
{
    Single,

    /// <summary>All tenants in the same tables, told apart by <c>tenant_id</c>.</summary>
    Conjoined
}
