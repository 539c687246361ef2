// Beside the processor time that a process takes to start, a test waits.
[assembly: Xunit.v3.Parallelization(MaxThreads = 3)]
