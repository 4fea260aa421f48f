"""HTTP: parse, authorise, call a service, render. No rule of the domain lives here."""
