#ifndef GREET_H
#define GREET_H

#include <stddef.h>

/* Writes a greeting for NAME into BUFFER, cut to SIZE bytes with the final NUL. Returns the length it would need. */
size_t greet(char *buffer, size_t size, const char *name);

#endif
