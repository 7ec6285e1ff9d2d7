"""What each rule finds and leaves alone, beyond its own examples: one line a case, as it may stand in a notice."""

from __future__ import annotations

import pytest

from tests.proof.notices import codes, proof

FOUND = [
    # numbering
    ("一、甲\n二、乙\n二、丙", "heading-number"),
    ("一、甲\n（一）乙\n（三）丙", "heading-number"),
    ("二、甲", "heading-number"),
    ("（一）甲\n1.乙\n2.丙\n（二）丁\n2.戊", "heading-number"),
    ("（一）甲\n1.乙\n2.丙\n（二）丁\n3.戊", None),  # numbered through the notice is as good as afresh
    ("（一）甲\n1.乙\n（二）丁\n3.戊", "heading-number"),
    ("整改措施：\n1.甲\n2.乙\n整改成效：\n1.丙\n2.丁", None),
    ("一是甲。三是乙。", "enumeration-number"),
    ("一是甲。二是乙。二是丙。", "enumeration-number"),
    ("一是甲，做到：一是乙，二是丙。二是丁。", None),
    ("一是甲。一是乙。二是丙。", "enumeration-number"),
    ("首先，其一是甲，统一是乙。", None),
    ("整改措施 一是甲。二是乙。", None),  # text lifted from a page has a blank for a mark
    ("一是甲，第一，乙；第二，丙。", "enumeration-alone"),
    ("第一章 总则\n一、甲\n二、乙\n第二章 附则", None),  # chapters in words are no numbers of this kind
    ("第一，甲；第二，乙。", None),
    ("第一，甲；第三，乙。", "enumeration-number"),
    ("一、甲\n1.乙\n2.丙\n二、丁\n1.戊", "heading-jump"),
    ("一、甲\n（一）乙\n1.丙\n（二）丁", None),
    ("（一）甲\n（1）乙\n（2）丙", "heading-jump"),
    ("（一）关于甲方面。\n（二）关于乙方面\n（三）关于丙方面", "heading-form"),
    # counts
    ("反馈25个问题，已完成整改19个，正在整改6个，整改完成率76%。", None),
    ("反馈25个问题，已完成整改19个、正在整改5个。", "count-sum"),
    ("巡察反馈的697个问题，完成整改688个，基本完成并持续整改4个，未完成5个，完成率98.71%。", None),
    ("巡察反馈的697个问题，完成整改688个，基本完成并持续整改4个，未完成6个。", "count-sum"),
    ("12个问题已完成11个，41条措施已完成38条，正在推进3条，问题整改完成率91.67%。", None),
    ("12个问题已完成11个，41条措施已完成38条，正在推进3条，问题整改完成率92.67%。", "completion-rate"),
    ("六十八条措施已完成六十六条，其余两条正在推进。", None),
    ("六十八条措施已完成六十六条，其余三条正在推进。", "count-sum"),
    ("14个问题已完成13个（其中长期坚持3个），正在推进1个。", None),
    ("14个问题已完成15个。", "count-sum"),
    ("一百零五个问题已完成一百零六个。", "count-sum"),
    ("14个问题已完成13个，完成一个、销号一个。", None),
    ("反馈12个问题，细化为25个具体问题。", None),
    ("排查隐患问题35个，完成整改30个，正在整改5个。", None),
    ("排查隐患问题35个，完成整改30个，正在整改6个。", "count-sum"),
    ("471个问题完成整改453个，完成率96.17%。", None),  # cut off, not rounded
    ("梳理为14个问题，其中明确5个重点问题，上轮巡察反馈的9个问题一并梳理。", None),
    ("18个村共反馈问题162个，已整改完成151个，正在整改11个。", None),
    ("梳理为10个具体问题，制定26条整改措施.目前已有9个问题、25条措施完成整改。", "half-width"),
    # sums
    ("追缴资金30万元，其中甲10万元、乙15万元。", "parts-differ"),
    ("追缴资金30万元，其中甲10万元、乙20万元。", None),
    ("追缴资金30万元（其中甲10万元，乙15万元）。", "parts-differ"),
    ("追缴资金30万元（其中甲10万元，乙20万元）。", None),
    ("追缴资金30万元，其中甲20万元、乙15万元。", "parts-exceed"),
    ("追缴资金30万元，其中一家单位就达40万元。", "parts-exceed"),
    ("追缴资金30万元，其中一家单位就达20万元。", None),
    ("追缴资金甲10万元、乙15万元，合计30万元。", "parts-exceed"),
    ("追缴资金甲10万元、乙15万元，合计25万元。", None),
    ("追缴资金1.5亿元，其中甲5000万元、乙1亿元。", None),
    ("追缴资金30万元，其中甲10万元、乙15万元等。", None),
    ("追缴资金30万元，其中甲10万元、乙15万元，其余5万元正在追缴。", None),
    ("追缴资金30余万元，其中甲10万元、乙15万元。", None),
    ("追缴资金30万元，其中甲10万元、乙20万元，节约经费5万元。", None),
    ("批评教育12人，其中党纪处分3人、诫勉谈话4人、通报4人。", "parts-differ"),
    ("批评教育12人，其中党纪处分3人、诫勉谈话4人、通报5人。", None),
    ("给予党纪处分5人、政务处分3人，共计9人。", "parts-differ"),
    ("给予党纪处分5人、政务处分3人，共计8人。", None),
    ("反馈问题30个，其中党的建设方面10个、干部作风方面12个。", "parts-differ"),
    ("反馈问题30个，其中党的建设方面10个、干部作风方面20个。", None),
    ("反馈问题30个，其中3个科室、2个单位负责牵头。", None),
    ("收到信访件20件，办结17件，办结率80%。", "share"),
    ("收到信访件20件，办结17件，办结率85%。", None),
    ("应追缴资金200万元，已追缴170万元，追缴率88%。", "share"),
    ("检查企业20家，培训人员17人，办结率80%。", None),
    ("一、甲\n追缴资金30万元。\n二、乙\n追缴资金5万元。\n三、丙\n追缴资金25万元。", "figure-differs"),
    ("一、甲\n追缴资金30万元。\n二、乙\n追缴资金5万元。\n三、丙\n追缴资金30万元。", None),
    # dates
    ("2023年2月29日召开会议。", "date-impossible"),
    ("2024年2月29日召开会议。", None),
    ("2024年13月召开会议。", "date-impossible"),
    ("2024年4月31日召开会议。", "date-impossible"),
    ("二〇二四年二月三十日", "date-impossible"),
    ("每月5日调度，一月一通报，6个月内完成。", None),
    ("2023年11月反馈，2024年1月完成。", None),
    ("2023年11月反馈，1月完成。", "date-year"),
    ("去年3月召开会议，同年6月总结，每年12月回头看。", None),
    ("投资2000万元，发布信息2023条，2035年建成。", None),
    ("2023年9月8日至6月5日，市委第五巡察组开展巡察。", "date-year date-order"),
    ("中共某局党组通报\n2023年11月10日，市委第五巡察组反馈了巡察意见。\n2023年10月1日", "date-order date-after-notice"),
    ("一是2024年12月底前完成。二是继续推进。\n2024年4月18日", None),
    ("2024年04月18日召开会议。", "date-form"),
    ("24年4月召开会议。", "date-form date-year"),
    ("2023年9月8日至2023年6月5日，市委第五巡察组开展巡察。", "date-order"),
    ("市委第五巡察组于2023年9月8日进驻，2023年6月5日结束巡察。", "date-order"),
    ("市委第五巡察组于2023年6月5日进驻，2023年9月8日结束巡察。", None),
    ("整改时间从2024年5月1日至2024年3月1日。", "date-order"),
    ("整改时间从2024年3月1日至2024年5月1日。", None),
    ("2024年3月召开会议，5月组织培训。\n2024年4月18日", "date-after-notice"),
    ("2024年3月召开会议，每年5月组织培训。\n2024年4月18日", None),
    ("公示期为2024年4月18日至4月28日。\n2024年4月18日", None),
    ("整改期45天，从2024年3月1日至2024年4月30日。", "span-length"),
    ("整改期45天，从2024年3月1日至2024年4月14日。", None),
    ("整改期45天（自2024年3月1日至4月30日）。", "span-length"),
    ("整改期45天（自2024年3月1日至4月15日）。", None),
    ("2024年3月1日至4月30日，开展了为期45天的集中整改。", "span-length"),
    ("2024年3月1日至4月30日，集中整改约60天。", None),
    ("2024年3月1日至4月30日，集中整改45天。", "span-length"),
    ("2024年3月1日至5月31日，为期三个月。", None),
    ("2024年3月1日至5月31日，为期六个月。", "span-length"),
    ("2024年3月4日至5月17日，市委第五巡察组开展了为期2个月的巡察。", None),
    ("2024年3月4日至5月17日，市委第五巡察组进驻55天，开展巡察。", None),  # working days
    ("2024年3月1日至4月14日集中整改，10天内报送；公示期5个工作日，自2024年3月1日至3月7日。", None),
    ("2024年3月1日至4月14日，共查阅资料3天。", None),
    # document numbers
    ("印发通知（某政办发〔2023〕12号）。", None),
    ("印发通知（某政办发（2023）12号）。", "document-brackets"),
    ("印发通知（某政办发【2023】12号）。", "document-brackets"),
    ("印发通知（某政办发〔23〕12号）。", "document-number"),
    ("印发通知（某政办发〔2023〕12）。", "document-number"),
    ("法院作出（2023）鲁05民初123号判决。", None),
    ("2023年以来，落实意见（鲁建发〔2021〕4号）。", None),
    # punctuation
    ("甲,乙。", "half-width"),
    ("网址：http://www.example.cn/a,b?c=1，时间：8:30。", None),
    ("同比增长1,234.5万元。", None),
    ("1)甲；2)乙。", "half-width"),
    ("落实“一岗双责“要求。", "unbalanced unbalanced"),
    ("落实”一岗双责“要求。", "unbalanced unbalanced"),
    ("《办法》（试行。", "unbalanced"),
    ("（一）甲，做到1）乙；2）丙。", None),
    ("好！！真的吗？！是……的。", None),
    ("甲。。。乙", "ellipsis"),
    ("甲，，乙。", "doubled-mark"),
    ("甲、乙、。", "doubled-mark"),
    # words
    ("日常巡查河道，开展巡查办法培训。", None),
    ("市委巡查组反馈。", "wrong-word"),
    ("区委第三巡视组反馈。", "wrong-word"),
    ("省委第三巡视组反馈。", None),
    ("截止时间为2024年5月1日，截至目前无异议。", None),
    ("截止4月底，全部完成。", "likely-word date-year"),
    ("的等待和的等级都不是错。", None),
    ("提交《某某办法》等的等材料。", "wrong-word"),
    ("一个一个地过，研究研究再说，为了了解情况。", None),
    ("已整改改到位，了了解情况。", None),
    ("加强和和改进作风。", "doubled-word"),
    ("开展工作工作。", "doubled-word"),
    ("约60家，近百家，60余家，超过60家。", None),
    ("约60家左右。", "approximate"),
    ("超过60家以上。", "approximate"),
    ("有效的推进措施、积极的工作态度。", None),
    ("认真的落实要求。", "adverb"),
    # contact and persons
    ("电话：0546-8382481、010-65252017、12388、400-123-4567。", None),
    ("联系电话：0546-83824811。", None),  # eight digits are possible in a growing city
    ("联系电话：010-6525201。", "phone"),
    ("监督电话：（0912）7621190", None),
    ("电子邮箱：a@example.cn；邮编：257091。", None),
    ("电子邮箱：a.example.cn", "email"),
    ("电子邮箱：a@example", "email"),
    ("邮编：2570910", "postcode"),
    ("身份证号370502198001011234", "identity-number"),
    ("统一社会信用代码91370500MA3C12345X，金额370502198001元。", None),
    ("手机138-0013-8000", "mobile-number"),
    ("卡号6222021604001234567", "bank-card"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), FOUND, ids=[text[:24] for text, _wanted in FOUND])
def test_what_is_found_is_what_is_wrong(text: str, wanted: str | None) -> None:
    assert sorted(codes(text)) == sorted((wanted or "").split())


def test_the_number_of_a_person_is_not_said_again() -> None:
    for text in ("身份证号370502198001011234", "电话13800138000", "卡号6222021604001234567"):
        (finding,) = proof(text)
        assert text[-9:] not in finding.message


def test_the_words_of_a_title_are_not_ours() -> None:
    assert codes("印发《关于做好其它工作的通知》。") == []
    assert codes("做好其它工作。") == ["likely-word"]
