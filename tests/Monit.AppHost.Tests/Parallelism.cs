// While one class starts processes, the others wait for what theirs do, or for their end.
[assembly: Xunit.v3.Parallelization(MaxThreads = 3)]
