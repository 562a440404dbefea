/* Counts the calls that change files below a folder, and makes the n-th one the last or a failure.
 *
 * Loaded with LD_PRELOAD. Nothing is counted before faults_arm. While armed, syncing is left out:
 * what a killed process has written survives it without.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { KILL, TEAR, FULL };

static char root[PATH_MAX];
static long counter, last;
static int mode;

void faults_arm(const char *folder, long n, int how) {
    last = n;
    mode = how;
    counter = 0;
    strncpy(root, folder, sizeof root - 1);
}

long faults_count(void) { return counter; }

static int below(const char *path) {
    size_t length = strlen(root);
    return strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int fd_counts(int fd) {
    char link[64], path[PATH_MAX];
    if (!root[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static int path_counts(int folder, const char *path) {
    if (!root[0]) return 0;
    return path[0] == '/' ? below(path) : folder != AT_FDCWD && fd_counts(folder);
}

/* Whether the call is to fail for want of room; the last call of a killed process never returns. */
static int point(void) {
    long number = __sync_add_and_fetch(&counter, 1);
    if (mode == FULL) return number >= last;
    if (number == last) kill(getpid(), SIGKILL);
    return 0;
}

/* For a call that writes: whether the half of it is to be written before the end. */
static int tears(void) { return mode == TEAR && counter + 1 == last; }

static long no_room(void) {
    errno = ENOSPC;
    return -1;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, name)

#define WRITE(name, offset_type, extra, pass) \
    ssize_t name(int fd, const void *bytes, size_t count extra) { \
        REAL(ssize_t, #name, int, const void *, size_t offset_type); \
        if (fd_counts(fd)) { \
            if (tears()) real(fd, bytes, count / 2 pass); \
            if (point()) return no_room(); \
        } \
        return real(fd, bytes, count pass); \
    }
#define COMMA ,
WRITE(write, , , )
WRITE(pwrite, COMMA off_t, COMMA off_t offset, COMMA offset)
WRITE(pwrite64, COMMA off64_t, COMMA off64_t offset, COMMA offset)

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    if (fd_counts(fd)) {
        if (tears()) real(fd, parts, count / 2);
        if (point()) return no_room();
    }
    return real(fd, parts, count);
}

#define SYNC(name) \
    int name(int fd) { \
        REAL(int, #name, int); \
        if (fd_counts(fd)) { \
            if (mode != FULL) point(); \
            return 0; \
        } \
        return real(fd); \
    }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, type) \
    int name(int fd, type length) { \
        REAL(int, #name, int, type); \
        if (fd_counts(fd) && mode != FULL) point(); \
        return real(fd, length); \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    if (path_counts(AT_FDCWD, to) && point()) return no_room();
    return real(from, to);
}

int renameat(int a, const char *from, int b, const char *to) {
    REAL(int, "renameat", int, const char *, int, const char *);
    if (path_counts(b, to) && point()) return no_room();
    return real(a, from, b, to);
}

int link(const char *from, const char *to) {
    REAL(int, "link", const char *, const char *);
    if (path_counts(AT_FDCWD, to) && point()) return no_room();
    return real(from, to);
}

int linkat(int a, const char *from, int b, const char *to, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    if (path_counts(b, to) && point()) return no_room();
    return real(a, from, b, to, flags);
}

int mkdir(const char *path, mode_t rights) {
    REAL(int, "mkdir", const char *, mode_t);
    if (path_counts(AT_FDCWD, path) && point()) return no_room();
    return real(path, rights);
}

#define REMOVE(name) \
    int name(const char *path) { \
        REAL(int, #name, const char *); \
        if (path_counts(AT_FDCWD, path) && mode != FULL) point(); \
        return real(path); \
    }
REMOVE(unlink)
REMOVE(rmdir)

int unlinkat(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    if (path_counts(folder, path) && mode != FULL) point();
    return real(folder, path, flags);
}

/* A file that is opened to be made or emptied. */
#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, #name, const char *, int, ...); \
        va_list rest; \
        va_start(rest, flags); \
        mode_t rights = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        if (flags & (O_CREAT | O_TRUNC) && path_counts(AT_FDCWD, path) && point() \
            && access(path, F_OK)) \
            return (int)no_room(); \
        return real(path, flags, rights); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        REAL(int, #name, int, const char *, int, ...); \
        va_list rest; \
        va_start(rest, flags); \
        mode_t rights = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        if (flags & (O_CREAT | O_TRUNC) && path_counts(folder, path) && point() \
            && faccessat(folder, path, F_OK, 0)) \
            return (int)no_room(); \
        return real(folder, path, flags, rights); \
    }
OPENAT(openat)
OPENAT(openat64)
