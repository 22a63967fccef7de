"""Names in two scripts: boats as registers write them and as AIS spells them. Pure; the register decides."""
