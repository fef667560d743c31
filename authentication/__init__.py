"""Authentication: passwords, lock-outs, the cookie, OpenID Connect (SEC-3)."""
