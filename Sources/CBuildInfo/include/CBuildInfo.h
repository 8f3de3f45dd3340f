// What a program says of its own making.
#ifndef C_BUILD_INFO_H
#define C_BUILD_INFO_H

/// The commit that was built, as OBSYNC_COMMIT had it when the package was built; empty where nobody said.
const char *obsync_commit(void);

#endif
