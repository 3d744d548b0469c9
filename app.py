"""The program in a browser: ``python app.py``, or ``cardio-agent app`` with its options."""

from cardio_agent.webapp import ServerOptions, serve

if __name__ == "__main__":
    serve(ServerOptions())
