// Most tests wait, for a time-out that is tested or for an answer on a real socket: more run at once than there are processors.
[assembly: Xunit.v3.Parallelization(MaxThreads = 8)]
