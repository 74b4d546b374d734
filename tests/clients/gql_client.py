"""gql for Python: queries checked against the introspected schema, errors, and the subscription."""

import asyncio
import sys

from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport
from gql.transport.websockets import WebsocketsTransport

url = sys.argv[1]
client = Client(transport=RequestsHTTPTransport(url=f"{url}/graphql"), fetch_schema_from_transport=True)
with client as session:
    query = gql("query Region($code: String!) { region(code: $code) { code name } }")
    query.variable_values = {"code": "riverton"}
    assert session.execute(query)["region"]["code"] == "riverton"
    try:
        session.execute(gql('{ node(id: "x") { id } }'))
        raise AssertionError("a bad id is an error")
    except TransportQueryError as error:
        assert error.errors[0]["extensions"]["code"] == "BAD_ID", error.errors


async def first_arrival():
    transport = WebsocketsTransport(url=f"{url.replace('http', 'ws')}/graphql", subprotocols=["graphql-transport-ws"])
    async with Client(transport=transport) as session:
        async for event in session.subscribe(gql("subscription { revisionArrived(after: 0) { number } }")):
            return event["revisionArrived"]["number"]


assert asyncio.run(first_arrival()) == 1
print("gql: answered, failed and subscribed as it should")
