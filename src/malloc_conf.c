/* What the program asks of its allocator, jemalloc, which looks for this name before anything else runs: memory that
   nothing uses goes back to the system after a quarter of a second, on a thread of its own. By itself it would wait for
   ten seconds, and until the next who asks for memory. The second name is for systems where it does not stand in for malloc. */
#define WANTED "background_thread:true,dirty_decay_ms:250,muzzy_decay_ms:0"

const char *malloc_conf = WANTED;
const char *_rjem_malloc_conf = WANTED;
