"""Hold the customer's page, what makes it, and what hands it out; nothing here judges."""
