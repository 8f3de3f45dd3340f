// Nothing to call: linking this target is its purpose. See hypot.c.
