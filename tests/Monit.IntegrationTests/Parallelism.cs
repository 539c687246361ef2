// A test waits for stores, intervals and leases, most of the time: more run at once than there are processors.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]
