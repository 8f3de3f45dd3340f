#include "CBuildInfo.h"

#ifndef OBSYNC_COMMIT
#define OBSYNC_COMMIT ""
#endif

const char *const obsync_commit = OBSYNC_COMMIT;
