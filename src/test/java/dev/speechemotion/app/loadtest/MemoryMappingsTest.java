package dev.speechemotion.app.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemoryMappingsTest {
  @Test
  void shouldFindTheHeapWhateverCollectsIt() {
    String g1 =
        """
        garbage-first heap   total 262144K, used 101788K [0x0000000687400000, 0x0000000800000000)
          region size 4096K, 11 young (45056K), 1 survivors (4096K)
         Metaspace       used 52211K, committed 52864K, reserved 1114112K
        """;
    String serial =
        """
        def new generation   total 9792K, used 1K [0x00000000e0000000, 0x00000000e0aa0000, 0x00000000eaaa0000)
        tenured generation   total 21888K, used 0K [0x00000000eaaa0000, 0x00000000ec000000, 0x0000000100000000)
        """;

    String parallel =
        """
         PSYoungGen      total 305664K, used 15728K [0x00000000eab00000, 0x0000000100000000, 0x0000000100000000)
          eden space 262144K, 6% used [0x00000000eab00000,0x00000000eba5c420,0x00000000fab00000)
         ParOldGen       total 699392K, used 0K [0x00000000c0000000, 0x00000000eab00000, 0x00000000eab00000)
        """;

    assertThat(MemoryMappings.addresses(g1))
        .contains(new MemoryMappings.Addresses(0x687400000L, 0x800000000L));
    assertThat(MemoryMappings.addresses(serial))
        .contains(new MemoryMappings.Addresses(0xe0000000L, 0x100000000L));
    assertThat(MemoryMappings.addresses(parallel))
        .contains(new MemoryMappings.Addresses(0xc0000000L, 0x100000000L));
    assertThat(MemoryMappings.addresses("epsilon heap")).isEmpty();
  }

  @Test
  void shouldCountWhatIsResidentOutside() {
    String smaps =
        """
        687400000-68f400000 rw-p 00000000 00:00 0
        Size:             131072 kB
        Rss:               90000 kB
        VmFlags: rd wr mr mw me ac sd
        68f400000-800000000 ---p 00000000 00:00 0
        Rss:                   0 kB
        800000000-800c00000 rw-p 00001000 fe:00 12  /usr/lib/jvm/classes.jsa
        Rss:                 700 kB
        Pss:                 700 kB
        7f0000000000-7f0000021000 rw-p 00000000 00:00 0
        Rss:                  50 kB
        ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0  [vsyscall]
        Rss:                   0 kB
        """;

    assertThat(
            MemoryMappings.residentOutside(
                smaps, new MemoryMappings.Addresses(0x687400000L, 0x800000000L)))
        .isEqualTo(750 * 1024);
  }
}
