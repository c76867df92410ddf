#include <greet.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	char line[256];

	if (argc < 2) {
		fprintf(stderr, "usage: greeter NAME...\n");
		return 2;
	}
	for (int index = 1; index < argc; index++) {
		greet(line, sizeof(line), argv[index]);
		puts(line);
	}
	return 0;
}
