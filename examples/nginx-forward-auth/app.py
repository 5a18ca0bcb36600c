# An app that knows nothing of sign-ins: whoever gets here has passed nginx, which says who it is.
# It must not be reached in any other way.

import os
from urllib.parse import unquote

from flask import Flask, request

app = Flask(__name__)


@app.get("/protected")
def protected():
    return f"Hello, {unquote(request.headers['X-Auth-User'])}!\n", {"Content-Type": "text/plain; charset=utf-8"}


@app.post("/protected/notes")
def note():
    return f"Noted for {unquote(request.headers['X-Auth-User'])}.\n", {"Content-Type": "text/plain; charset=utf-8"}


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("FLASK_PORT", "5000")))
