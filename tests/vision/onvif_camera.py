"""A stand-in for an ONVIF camera: answers probes on loopback, and SOAP with a checked password."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from vision.sites.probe import GROUP, PORT

USER, PASSWORD = "viewer", "Camera-Pass-7"
_ENVELOPE = (
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
    ' xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
    ' xmlns:ter="http://www.onvif.org/ver10/error"'
    ' xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>{}</s:Body></s:Envelope>'
)
_REFUSED = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value>"
    "</s:Subcode></s:Code><s:Reason><s:Text xml:lang='en'>Sender not Authorized</s:Text></s:Reason>"
    "</s:Fault>"
)
_TIME = (
    "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
    "<tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime><tt:Time><tt:Hour>1</tt:Hour>"
    "<tt:Minute>2</tt:Minute><tt:Second>3</tt:Second></tt:Time><tt:Date><tt:Year>2026</tt:Year>"
    "<tt:Month>1</tt:Month><tt:Day>2</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
    "</tds:GetSystemDateAndTimeResponse>"
)
_ABOUT = (
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>Made-up Optics</tds:Manufacturer>"
    "<tds:Model>MO-4</tds:Model><tds:FirmwareVersion>1.2</tds:FirmwareVersion>"
    "<tds:SerialNumber>0007</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId>"
    "</tds:GetDeviceInformationResponse>"
)


@dataclass
class StandIn:
    """``advertised``: where it says that its services are; ``delay_s`` before each answer."""

    port: int = 0
    host: str = "127.0.0.1"
    advertised: str = ""
    delay_s: float = 0.0
    asked: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def answer(self, body: str) -> tuple[int, str]:
        action = re.search(r"<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?(\w+)", body)
        name = action[1] if action else ""
        self.asked.append(name)
        if name == "GetSystemDateAndTime":
            return 200, _TIME
        if not self._knows(body):
            return 400, _REFUSED
        base = self.advertised or f"http://{self.address}"
        answers = {
            "GetServices": self._services(base),
            "GetDeviceInformation": _ABOUT,
            "GetProfiles": _profiles(),
            "GetStreamUri": _stream(body, self.host),
        }
        return (200, answers[name]) if name in answers else (500, _REFUSED)

    def _services(self, base: str) -> str:
        service = (
            "<tds:Service><tds:Namespace>http://www.onvif.org/ver10/{0}/wsdl</tds:Namespace>"
            "<tds:XAddr>{1}/onvif/{0}_service</tds:XAddr><tds:Version><tt:Major>2</tt:Major>"
            "<tt:Minor>6</tt:Minor></tds:Version></tds:Service>"
        )
        both = "".join(service.format(name, base) for name in ("device", "media"))
        return f"<tds:GetServicesResponse>{both}</tds:GetServicesResponse>"

    def _knows(self, body: str) -> bool:
        """WS-Security's digest: base64(sha1(nonce + created + password))."""
        parts = [
            re.search(rf"<(?:[\w-]+:)?{name}(?:\s[^>]*)?>([^<]*)<", body)
            for name in ("Username", "Password", "Nonce", "Created")
        ]
        if not all(parts):
            return False
        user, told, nonce, created = (part[1] for part in parts if part)
        self.passwords.append(told)
        raw = base64.b64decode(nonce) + created.encode() + PASSWORD.encode()
        digest = base64.b64encode(hashlib.sha1(raw).digest()).decode()  # noqa: S324 - the standard's
        return user == USER and told == digest


def _profiles() -> str:
    profile = (
        '<trt:Profiles token="{0}" fixed="true"><tt:Name>{0}</tt:Name>'
        '<tt:VideoEncoderConfiguration token="v{0}"><tt:Name>v</tt:Name><tt:UseCount>1</tt:UseCount>'
        "<tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>{1}</tt:Width><tt:Height>{2}"
        "</tt:Height></tt:Resolution><tt:Quality>5</tt:Quality><tt:RateControl><tt:FrameRateLimit>"
        "{3}</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>2048"
        "</tt:BitrateLimit></tt:RateControl><tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type>"
        "</tt:Address><tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart>"
        "</tt:Multicast><tt:SessionTimeout>PT60S</tt:SessionTimeout>"
        "</tt:VideoEncoderConfiguration></trt:Profiles>"
    )
    both = profile.format("main", 1920, 1080, 25) + profile.format("sub", 640, 360, 15)
    return f"<trt:GetProfilesResponse>{both}</trt:GetProfilesResponse>"


def _stream(body: str, host: str) -> str:
    token = re.search(r"ProfileToken>([^<]+)<", body)
    name = token[1] if token else ""
    url = f"rtsp://left:over@{host}:554/{name}"
    return (
        f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{url}</tt:Uri><tt:InvalidAfterConnect>"
        "false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>"
        "<tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:GetStreamUriResponse>"
    )


@contextmanager
def onvif_camera(camera: StandIn | None = None):
    """The device service on a port of its own."""
    camera = camera or StandIn()
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            stop.wait(camera.delay_s)
            status, inner = camera.answer(body)
            data = _ENVELOPE.format(inner).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with suppress(OSError):  # the asker has lost patience
                self.wfile.write(data)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer((camera.host, 0), Handler)
    server.daemon_threads = True
    camera.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield camera
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join(2.0)


@contextmanager
def probe_responder(camera: StandIn, *, garbage: bytes = b""):
    """Answers probes on the loopback interface; before each answer it says ``garbage``."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", PORT))
    loopback = struct.pack(
        "@4s4si", socket.inet_aton(GROUP), b"\0" * 4, socket.if_nametoindex("lo")
    )
    listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, loopback)
    listener.settimeout(0.1)
    mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mouth.bind((camera.host, 0))
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                data, asker = listener.recvfrom(65_536)
            except TimeoutError:
                continue
            if b"NetworkVideoTransmitter" in data:
                for one in (garbage, probe_match(camera)):
                    mouth.sendto(one, asker)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(2.0)
        listener.close()
        mouth.close()


def probe_match(camera: StandIn) -> bytes:
    scopes = (
        "onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/Gate%20North"
        " onvif://www.onvif.org/hardware/MO-4"
    )
    services = (
        f"http://192.0.2.99/onvif/device_service http://{camera.address}/onvif/device_service"
    )
    return (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches>'
        "<d:ProbeMatch><d:Types>dn:NetworkVideoTransmitter</d:Types>"
        f"<d:Scopes>{scopes}</d:Scopes><d:XAddrs>{services}</d:XAddrs></d:ProbeMatch>"
        "</d:ProbeMatches></s:Body></s:Envelope>"
    ).encode()
