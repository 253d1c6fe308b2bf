/* Records what a process writes to and syncs in one folder, for the power-loss check: preloaded into the server.
 *
 * One record per call, in the machine's byte order:
 *   u64 time (CLOCK_REALTIME, ns) | u8 operation | u16 path length | path | u64 offset | u32 length | bytes
 * Operations: 1 write, 2 sync, 3 truncate (offset is the new size), 4 unlink.
 * A sync is recorded after it returned, a write before: what the record calls durable was durable. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int trace = -1;
static char folder[4096];

__attribute__((constructor)) static void start(void) {
    const char *file = getenv("RECORDER_TRACE"), *watched = getenv("RECORDER_FOLDER");
    if (file && watched) {
        snprintf(folder, sizeof folder, "%s", watched);
        trace = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    unsetenv("LD_PRELOAD");
}

static int path_of(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0 && strstr(path, ".db") != NULL;
}

static void record(uint8_t operation, const char *path, uint64_t offset, uint32_t length, const void *bytes) {
    struct timespec now;
    uint16_t named = (uint16_t)strlen(path);
    char head[4096 + 32];
    size_t at = 0;
    pthread_mutex_lock(&lock);
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t time = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    memcpy(head + at, &time, 8), at += 8;
    head[at++] = (char)operation;
    memcpy(head + at, &named, 2), at += 2;
    memcpy(head + at, path, named), at += named;
    memcpy(head + at, &offset, 8), at += 8;
    memcpy(head + at, &length, 4), at += 4;
    if (syscall(SYS_write, trace, head, at) < 0 || (length && bytes && syscall(SYS_write, trace, bytes, length) < 0))
        abort();
    pthread_mutex_unlock(&lock);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int watched(int fd, char *path) { return trace >= 0 && fd > 2 && path_of(fd, path, 4096); }

ssize_t write(int fd, const void *bytes, size_t length) {
    char path[4096];
    if (watched(fd, path)) record(1, path, (uint64_t)lseek(fd, 0, SEEK_CUR), (uint32_t)length, bytes);
    return syscall(SYS_write, fd, bytes, length);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    char path[4096];
    if (watched(fd, path)) record(1, path, (uint64_t)offset, (uint32_t)length, bytes);
    return syscall(SYS_pwrite64, fd, bytes, length, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

static int synced(int fd, int result) {
    char path[4096];
    if (result == 0 && watched(fd, path)) record(2, path, 0, 0, NULL);
    return result;
}

int fsync(int fd) { return synced(fd, (int)syscall(SYS_fsync, fd)); }
int fdatasync(int fd) { return synced(fd, (int)syscall(SYS_fdatasync, fd)); }

int ftruncate64(int fd, off64_t size) {
    char path[4096];
    if (watched(fd, path)) record(3, path, (uint64_t)size, 0, NULL);
    return (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int unlink(const char *path) {
    if (trace >= 0 && strncmp(path, folder, strlen(folder)) == 0 && strstr(path, ".db")) record(4, path, 0, 0, NULL);
    return REAL(unlink)(path);
}
