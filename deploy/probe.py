"""Exit 0 when the web process of this container is alive; sends a host that is allowed."""

import os
import sys
import urllib.request

host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
request = urllib.request.Request("http://127.0.0.1:8000/health/live", headers={"Host": host})
with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310  same
    sys.exit(0 if response.status == 200 else 1)  # noqa: PLR2004  HTTP's own number
