// Each class waits for processes to start and to stop, most of the time.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]
