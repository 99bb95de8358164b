import json, os, socket, time
connection = socket.socket(socket.AF_UNIX)
connection.connect(os.environ["JOULECAST_SOCKET"])


def tell(**message):
    connection.sendall((json.dumps(message) + "\n").encode())


tell(event="begin_run", total_work=30)
for epoch, work in enumerate((10, 10, 10)):
    tell(event="epoch", epoch=epoch)
    time.sleep(0.2)
    tell(event="metric", metrics={"f1": 0.5 + epoch / 10})
    tell(event="epoch_end", epoch=epoch, work=work)
tell(event="dance")
connection.sendall(b"no message\n")
tell(event="end_run")
time.sleep(0.2)
