# One source, the processor's best instructions: a loop declared `ECHOEL_CLONES static ...;` beforehand is
# compiled twice, once for AVX2 with fused multiply-add, and the loader picks at run time what this processor
# has. Where a compiler cannot (clang, musl, ARM, whose base has vectors anyway) the same source builds once.
# Repeat the prototype in the module: attributes of an earlier declaration hold for the definition.

cdef extern from *:
    """
    #if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && defined(__GNUC__) && __GNUC__ > 11
    #define ECHOEL_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
    #else
    #define ECHOEL_CLONES
    #endif
    """
