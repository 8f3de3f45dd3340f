#include "CBuildInfo.h"

#ifndef OBSYNC_COMMIT
#define OBSYNC_COMMIT ""
#endif

const char *obsync_commit(void) { return OBSYNC_COMMIT; }
