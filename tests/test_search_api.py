"""Search over API v3, by the vendor's own client."""

from __future__ import annotations

from typing import Any

import pytest
from KalturaClient import KalturaClient
from KalturaClient.exceptions import KalturaException
from KalturaClient.Plugins.Core import KalturaFilterPager, KalturaMediaEntry, KalturaMediaType
from KalturaClient.Plugins.ElasticSearch import (
    KalturaESearchCaptionFieldName,
    KalturaESearchCaptionItem,
    KalturaESearchEntryFieldName,
    KalturaESearchEntryItem,
    KalturaESearchEntryOperator,
    KalturaESearchEntryOrderByItem,
    KalturaESearchEntryParams,
    KalturaESearchItemType,
    KalturaESearchOperatorType,
    KalturaESearchOrderBy,
    KalturaESearchUnifiedItem,
)

from commands import clip
from serving import serving
from test_apiv3 import ask, started
from test_captions_api import captioned
from test_library import client_of, uploaded


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory):
    with serving(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture(scope="module")
def entries(origin: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Three entries by name."""
    client, folder = client_of(origin, "ana"), tmp_path_factory.mktemp("films")
    made = {}
    for name, tags in (("Fire drill", "safety,stairs"), ("First aid", "safety"), ("Summer party", "fun")):
        made[name] = uploaded(client, clip(folder / f"{name}.mp4", 0.4), name=name, tags=tags)
    captioned(client, made["First aid"])
    return made


@pytest.fixture
def ana(origin: str) -> KalturaClient:
    return client_of(origin, "ana")


def unified(term: str, how: int = KalturaESearchItemType.PARTIAL) -> KalturaESearchUnifiedItem:
    item = KalturaESearchUnifiedItem()
    item.searchTerm, item.itemType, item.addHighlight = term, KalturaESearchItemType(how), True
    return item


def of_field(name: str, term: str, how: int = KalturaESearchItemType.EXACT_MATCH) -> KalturaESearchEntryItem:
    item = KalturaESearchEntryItem()
    item.fieldName, item.searchTerm = KalturaESearchEntryFieldName(name), term
    item.itemType = KalturaESearchItemType(how)
    return item


def params(*items: Any, how: int = KalturaESearchOperatorType.AND_OP) -> KalturaESearchEntryParams:
    made = KalturaESearchEntryParams()
    made.searchOperator = KalturaESearchEntryOperator()
    made.searchOperator.operator = KalturaESearchOperatorType(how)
    made.searchOperator.searchItems = list(items)
    return made


def names(client: KalturaClient, *items: Any, **how: int) -> set[str]:
    return {
        one.object.name for one in client.elasticSearch.eSearch.searchEntry(params(*items, **how)).objects
    }


def test_words_are_found_in_names_tags_and_captions(ana: KalturaClient, entries: dict[str, str]):
    assert names(ana, unified("fire")) == {"Fire drill"}
    assert names(ana, unified("safety")) == {"Fire drill", "First aid"}
    assert names(ana, unified("welcome")) == {"First aid"}
    assert names(ana, unified("nowhere to be found")) == set()


def test_operators_join_and_deny(ana: KalturaClient, entries: dict[str, str]):
    either = KalturaESearchOperatorType.OR_OP
    neither = KalturaESearchOperatorType.NOT_OP
    assert names(ana, unified("drill"), unified("party"), how=either) == {"Fire drill", "Summer party"}
    assert names(ana, unified("safety"), how=neither) == {"Summer party"}
    video = of_field(KalturaESearchEntryFieldName.MEDIA_TYPE, str(KalturaMediaType.VIDEO))
    assert names(ana, unified("fire"), video) == {"Fire drill"}
    picture = of_field(KalturaESearchEntryFieldName.MEDIA_TYPE, str(KalturaMediaType.IMAGE))
    assert names(ana, unified("fire"), picture) == set()


def test_what_was_found_is_marked_and_placed(ana: KalturaClient, entries: dict[str, str]):
    item = KalturaESearchCaptionItem()
    item.fieldName = KalturaESearchCaptionFieldName(KalturaESearchCaptionFieldName.CONTENT)
    item.searchTerm, item.itemType = "hello", KalturaESearchItemType(KalturaESearchItemType.PARTIAL)
    [found] = ana.elasticSearch.eSearch.searchEntry(params(item)).objects
    [data] = found.itemsData
    assert (data.items[0].startsAt, data.items[0].line) == (1000, "Ana: Hello & welcome")
    [marked] = ana.elasticSearch.eSearch.searchEntry(params(unified("drill"))).objects
    assert marked.highlight[0].hits[0].value == "Fire <em>drill</em>"


def test_results_are_ordered_and_cut(ana: KalturaClient, entries: dict[str, str]):
    asked, pager = params(unified("", KalturaESearchItemType.EXISTS)), KalturaFilterPager()
    by_name = KalturaESearchEntryOrderByItem()
    by_name.sortField, by_name.sortOrder = "name", "asc"
    asked.orderBy = KalturaESearchOrderBy()
    asked.orderBy.orderItems = [by_name]
    pager.pageSize = 2
    page = ana.elasticSearch.eSearch.searchEntry(asked, pager)
    assert ([one.object.name for one in page.objects], page.totalCount) == (["Fire drill", "First aid"], 3)


def test_only_what_one_may_see_is_found(origin: str, ana: KalturaClient, entries: dict[str, str]):
    draft = KalturaMediaEntry()
    draft.name = "Fire draft"
    ana.media.add(draft)
    assert names(ana, unified("fire")) == {"Fire drill"}
    asked = params(unified("fire draft"))
    asked.objectStatuses = "7"
    assert len(ana.elasticSearch.eSearch.searchEntry(asked).objects) == 1
    assert client_of(origin, "ben").elasticSearch.eSearch.searchEntry(asked).objects == []


def test_what_is_no_search_is_refused(origin: str, ana: KalturaClient):
    with pytest.raises(KalturaException) as refused:
        names(ana, unified(""))
    assert refused.value.code == "ELASTIC_SEARCH_QUERY_NOT_VALID"
    deep: dict[str, Any] = {"objectType": "KalturaESearchUnifiedItem", "searchTerm": "x"}
    for _ in range(10):
        deep = {"objectType": "KalturaESearchEntryOperator", "searchItems": [deep]}
    path = "service/elasticsearch_esearch/action/searchEntry"
    told = ask(origin, path, ks=started(origin), searchParams={"searchOperator": deep})
    assert told["code"] == "ELASTIC_SEARCH_QUERY_NOT_VALID"
    odd = {"objectType": "KalturaESearchUnifiedItem", "searchTerm": "x", "itemType": "many"}
    told = ask(origin, path, ks=started(origin), searchParams={"searchOperator": {"searchItems": [odd]}})
    assert told["code"] == "ELASTIC_SEARCH_QUERY_NOT_VALID"
    item = {"objectType": "KalturaESearchMetadataItem", "searchTerm": "x"}
    none = ask(origin, path, ks=started(origin), searchParams={"searchOperator": {"searchItems": [item]}})
    assert none["totalCount"] == 0
