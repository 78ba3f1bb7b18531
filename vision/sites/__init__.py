"""What a node finds in its own network: cameras that answer ONVIF, and the streams they offer."""
