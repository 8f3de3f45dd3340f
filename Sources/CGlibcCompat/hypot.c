// Builds made where glibc is 2.35 or newer ask for that version's hypot and hypotf, which Amazon Linux 2023
// (glibc 2.34) does not have. Defining both here, on the versions that every glibc has, keeps the functions loadable.
#include <features.h>

#if defined(__linux__) && defined(__GLIBC__)

#if defined(__x86_64__)
#define BASE_VERSION "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define BASE_VERSION "GLIBC_2.17"
#endif

#ifdef BASE_VERSION
double base_hypot(double x, double y);
float base_hypotf(float x, float y);
__asm__(".symver base_hypot, hypot@" BASE_VERSION);
__asm__(".symver base_hypotf, hypotf@" BASE_VERSION);

double hypot(double x, double y) { return base_hypot(x, y); }
float hypotf(float x, float y) { return base_hypotf(x, y); }
#endif

#endif
