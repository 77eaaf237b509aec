/* score -- how good predictions are. */
#include "cmd/score/cmd.h"

PROGRAM("score", "say how good predictions are", &score)
