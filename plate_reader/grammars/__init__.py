"""The plate grammars that ship with this version, one TOML file each; `plate_reader.syntax` reads them."""
