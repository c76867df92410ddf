#include "greet.h"

#include <stdio.h>
#include <string.h>

int main(void)
{
	char buffer[32];
	size_t length = greet(buffer, sizeof(buffer), "stone");

	if (length != strlen("Hello, stone!") || strcmp(buffer, "Hello, stone!") != 0) {
		fprintf(stderr, "error: got \"%s\"\n", buffer);
		return 1;
	}
	return 0;
}
