using System.Runtime.InteropServices;
using QrPlatform.Testing;

// Servers for a whole run of ./test: starts them, writes how to reach them into the file named by the argument (shell assignments), and
// keeps them until it is ended.
if (args is not [var file])
{
    await Console.Error.WriteLineAsync("usage: QrPlatform.TestServers <file for the environment>");
    return 2;
}

var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);

var postgres = await TestServers.PostgresAsync();
var (amqp, management) = await TestServers.RabbitMqAsync();
var redis = await TestServers.RedisAsync();
var draft = file + ".draft";
await File.WriteAllTextAsync(
    draft,
    $"""
     QR_TEST_POSTGRES='{postgres}'
     QR_TEST_RABBITMQ='{amqp}'
     QR_TEST_RABBITMQ_MANAGEMENT='{management}'
     QR_TEST_REDIS='{redis}'

     """);
File.Move(draft, file, overwrite: true);
await ended.Task;
return 0;

void End(PosixSignalContext context)
{
    context.Cancel = true;
    ended.TrySetResult();
}
