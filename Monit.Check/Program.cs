using Monit.Check;

return await CheckCommand.RunAsync(args, Console.Out, Console.Error);
