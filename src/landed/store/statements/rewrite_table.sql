-- Write every part of a table anew: what is written is encrypted with the current key.
OPTIMIZE TABLE $place FINAL
