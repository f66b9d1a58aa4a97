"""Lists what LibreOffice Base shows of a database by its own PostgreSQL driver, with the table filter bi.%: pipe, address, user, password."""
import sys
import time

import uno
from com.sun.star.connection import NoConnectException

pipe, address, user, password = sys.argv[1:5]
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
until = time.monotonic() + 45
while True:
    try:
        office = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        break
    except NoConnectException:
        if time.monotonic() > until:
            raise
        time.sleep(0.2)

manager = office.ServiceManager
try:
    source = manager.createInstanceWithContext("com.sun.star.sdb.DatabaseContext", office).createInstance()
    source.URL = address
    source.TableFilter = ("bi.%",)
    connection = source.getConnection(user, password)
    for name in connection.getTables().getElementNames():
        print(name)
    connection.close()
finally:
    manager.createInstanceWithContext("com.sun.star.frame.Desktop", office).terminate()
