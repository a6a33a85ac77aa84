"""What students hand in who want points for nothing, or to hurt others; and accidents as bad."""
