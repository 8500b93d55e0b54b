"""API v3: how the vendor's generated clients call a service's actions, and how they are answered."""
