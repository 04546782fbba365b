"""Angular deep metric learning, one lesson at a time: losses, small networks, figures one can move."""
