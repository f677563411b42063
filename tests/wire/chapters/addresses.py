"""Addresses and methods: what no endpoint answers, what an endpoint does not, and bodies that no endpoint reads."""

from tests.wire.chapters.items import ITEMS, ONE, SCRIPT
from tests.wire.conversation import Conversation
from tests.wire.people import anonymous, signed_in

ADDRESSES = (
    "/api", "/api/", "/api/nothing", "/api/auth", f"{ITEMS}/{ONE}/nothing", f"{ITEMS}/dev-mode/nothing",
    f"{ITEMS}/queue/{ONE}/nothing", f"{ITEMS}/{ONE}/files", f"{ITEMS}/{ONE}/files/a/b", f"{ITEMS}/official",
    f"{ITEMS}//", f"{ITEMS}/{ONE}.json", f"{ITEMS}.json", f"{ITEMS}/{ONE}/payload.json", "/api/auth/login.json",
)  # fmt: skip
ENDPOINTS = (
    ITEMS, f"{ITEMS}/import", f"{ITEMS}/export", f"{ITEMS}/queue", f"{ITEMS}/queue/{ONE}", f"{ITEMS}/dev-mode",
    f"{ITEMS}/dev-mode/switch", f"{ITEMS}/dev-mode/grants", f"{ITEMS}/dev-mode/grants/0", f"{ITEMS}/dev-mode/write",
    f"{ITEMS}/official/sync", f"{ITEMS}/official/syncs", f"{ITEMS}/{ONE}", f"{ITEMS}/{ONE}/adopt",
    f"{ITEMS}/{ONE}/clone", f"{ITEMS}/{ONE}/export", f"{ITEMS}/{ONE}/payload", f"{ITEMS}/{ONE}/files/a.txt",
    f"{ITEMS}/{ONE}/notes", f"{ITEMS}/{ONE}/settings", f"{ITEMS}/{ONE}/settings/history",
    f"{ITEMS}/{ONE}/settings/approved/x", f"{ITEMS}/{ONE}/revisions", f"{ITEMS}/{ONE}/revisions/1",
    f"{ITEMS}/{ONE}/take-original", f"{ITEMS}/{ONE}/diff", f"{ITEMS}/{ONE}/revert", "/api/audit", "/api/auth/login",
    "/api/auth/logout", "/api/auth/logoutall", "/api/schema", "/api/docs", "/health", "/health/ready",
)  # fmt: skip


def hold(conversation: Conversation) -> None:
    nobody, viewer, operator = (
        anonymous(conversation),
        *(signed_in(conversation, who) for who in ("viewer", "operator")),
    )
    operator.post(ITEMS, SCRIPT | {"assembly_guid": ONE})
    for address in ADDRESSES:
        nobody.get(address)
        viewer.get(address)
    for endpoint in ENDPOINTS:
        for method in ("HEAD", "OPTIONS", "PUT"):
            viewer.send(method, endpoint)
    viewer.get(f"{ITEMS}?password=x")
    viewer.get("/api/nothing?token=x")
    operator.send_bytes("POST", ITEMS, b"{}", "application/xml")
    operator.send_bytes("POST", ITEMS, b"{}", "")
    viewer.get(ITEMS, Accept="text/html")
    viewer.get("/api/schema", Accept="image/png")
    conversation.speaker("unknown", "no token").get(ITEMS)
    conversation.speaker("unknown", "").get(ITEMS, Authorization="Token")
    conversation.speaker("unknown", "").get(ITEMS, Authorization="Token a b")
    conversation.speaker("unknown", "").get(ITEMS, Authorization="Basic YTpi")
