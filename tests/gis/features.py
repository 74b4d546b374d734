"""Features as the server gives them."""


def placed(feature):
    """Whether it is somewhere: what is nowhere has an empty geometry."""
    return bool(feature["geometry"].get("coordinates") or feature["geometry"].get("geometries"))
