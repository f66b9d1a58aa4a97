import java.sql.DriverManager;

/** Lists what JDBC's metadata shows: address, user, password. */
public class ListViews {
    public static void main(String[] arguments) throws Exception {
        var kinds = new String[] {"TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "PARTITIONED TABLE"};
        try (var connection = DriverManager.getConnection(arguments[0], arguments[1], arguments[2]);
             var tables = connection.getMetaData().getTables(null, null, "%", kinds)) {
            while (tables.next()) System.out.println(tables.getString("TABLE_SCHEM") + "." + tables.getString("TABLE_NAME"));
        }
    }
}
