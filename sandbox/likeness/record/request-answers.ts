/** `_filter`, `_include`, `_total`, paging, several types at once, other parameters. */
export const REQUEST_ANSWERS = `
Observation?_total=accurate => total 6: o1 o2 o3 o4 o5 ogone
Observation?_total=estimate => total 6: o1 o2 o3 o4 o5 ogone
Observation?_total=none => o1 o2 o3 o4 o5 ogone
Observation?_total=foo => o1 o2 o3 o4 o5 ogone
Observation?_summary=count => total 6: o1 o2 o3 o4 o5 ogone
Observation?_summary=true => o1 o2 o3 o4 o5 ogone
Observation?_summary=text => o1 o2 o3 o4 o5 ogone
Observation?_summary=data => o1 o2 o3 o4 o5 ogone
Observation?_summary=false => o1 o2 o3 o4 o5 ogone
Observation?_count=0 => nothing
Observation?_count=0&foo=bar => nothing
Observation?_count=-1 => nothing
Observation?_count=abc => nothing
Observation?_offset=-1 => o1 o2 o3 o4 o5 ogone
Observation?_cursor=2-0&_sort=_lastUpdated => o1 o2 o3 o4 o5 ogone
Observation?_cursor=2-0&_offset=1 => 400 Cannot use both offset and cursor
Observation?_include=Observation:subject => +kim +lee o1 o2 o3 o4 o5 ogone
Observation?_include=Observation:subject:Patient => +kim +lee o1 o2 o3 o4 o5 ogone
Observation?_include=Observation:subject:Group => +kim +lee o1 o2 o3 o4 o5 ogone
Observation?_include=Observation:foo => 400 Invalid include parameter: Observation:foo
Observation?_include=* => 400 '*' is not supported as a value for search inclusion parameters
Observation?_include=Observation => 400 Invalid include value 'Observation': must be of the form ResourceType:search-parameter
Observation?_include=Observation:* => 400 '*' is not supported as a value for search inclusion parameters
Observation?_include=a:b:c:d => 400 Invalid include value 'a:b:c:d'
Observation?_include=Observation:performer&_include:iterate=Patient:organization&_include=Observation:subject => +doc +kim +lee +org2 o1 o2 o3 o4 o5 ogone
Observation?_include=Observation:subject&_include:iterate=Patient:organization&_include:iterate=Organization:partof => +kim +lee +org +org2 o1 o2 o3 o4 o5 ogone
Patient?_revinclude=Observation:subject => +o1 +o2 +o3 +o4 kim lee zed
Patient?_revinclude=Observation:subject:Patient => +o1 +o2 +o3 +o4 kim lee zed
Patient?_revinclude=Observation:foo => 400 Invalid include parameter: Observation:foo
Patient?_revinclude=Foo:x => 400 Invalid include parameter: Foo:x
Patient?_revinclude=Encounter:subject&_revinclude:iterate=Observation:encounter => +enc +o1 kim lee zed
Patient?_revinclude=Provenance:target => +prov kim lee zed
Observation?_include=Observation:has-member&_include:iterate=Observation:has-member => o1 o2 o3 o4 o5 ogone
QuestionnaireResponse?_include=QuestionnaireResponse:questionnaire => +quest qr
Questionnaire?_revinclude=QuestionnaireResponse:questionnaire => +qr quest
Observation?_filter=status eq final => o1 o3 o4 o5 ogone
Observation?_filter=status eq final and code eq 8867-4 => o1 ogone
Observation?_filter=status eq final or code eq nosystem => o1 o3 o4 o5 ogone
Observation?_filter=not (status eq final) => o2
Observation?_filter=status ne final => o2
Observation?_filter=value-quantity gt 75 => o2
Observation?_filter=code co heart => o1 o2 ogone
Observation?_filter=date ge 2021-02-01 => o2 o3
Observation?_filter=subject:Patient.name eq lee => nothing
Observation?_filter=subject re Patient/{kim} => o1 o2
Observation?_filter=foo eq x => 400 Unknown search parameter: foo
Observation?_filter=status => 400 Cant consume unknown more tokens.
Observation?_filter=status eq => 400 Cant consume unknown more tokens.
Observation?_filter=code in x => 400 Invalid modifier :in for clinical-code
Observation?_filter=code pr true => o1 o2 o3 o4 o5 ogone
Observation?_filter=(status eq final) and (patient.gender eq male) => o3 o4
Patient?_filter=name co "nn" => kim
Patient?_filter=name sw "kim" => kim lee
Patient?_filter=name ew "kim" => 400 Invalid operator: ew
Patient?_filter=birthdate lt 1990-01-01 => kim
Patient?_filter=identifier eq urn:mrn|$RUN-1 => kim
Patient?_filter=_has:Observation:subject:code eq 8867-4 => kim
Observation?foo=bar => 400 Unknown search parameter: foo
Observation?foo:missing=true => 400 Unknown search parameter: foo
Binary?_id=x => 400 Cannot search on Binary resource type
Foo?x=y => 400 Unknown resource type
Observation?_type=Patient => kim lee zed
?_type=Patient,Observation => kim lee o1 o2 o3 o4 o5 ogone zed
?_type=Patient&name=kim => kim lee
?_type=Patient,Foo => 400 Unknown resource type
? => 400 No types specified
?_type=Binary => 400 Cannot search on Binary resource type
?_type=Patient,Observation&subject=Patient/{kim} => 400 Unknown search parameter: subject
?_type=Observation,DiagnosticReport&subject=Patient/{kim} => o1 o2 rep
?_type=Observation&patient.name=kim => 400 Invalid search parameter in chain: MultipleTypes?patient
ValueSet?url=http://example.com/likeness/$RUN/vs => vs
ValueSet?url:below=http://example.com/likeness/ => nothing
ValueSet?url:in=http://example.com/likeness/$RUN/vs => vs
ValueSet?url:contains=like => nothing
ValueSet?url:missing=true => nothing
ValueSet?url=http://example.com/likeness/$RUN/vs,x => vs
Condition?_source=http://example.com/likeness/$RUN#c => cond
Condition?_source:below=http://example.com/likeness/$RUN#c => cond
Condition?_source:below=http://example.com/likeness/ => nothing
Condition?_source:contains=http://example.com/likeness/$RUN#c => cond
Condition?_source:not=http://example.com/likeness/$RUN#c => nothing
Condition?_source:missing=false => cond
Condition?onset-date=2019-01-01 => cond
Questionnaire?title=que => quest
Questionnaire?title:contains=EST => quest
Questionnaire?title:exact=Quest => quest
Questionnaire?title:exact=quest => nothing
Questionnaire?title:not=Quest => 400 Unsupported string search operator: not
Questionnaire?title:missing=false => quest
Questionnaire?name=Q1&title=x => nothing
Medication?code=Aspirin => med
Organization?name=like => org
Organization?name=hospital => nothing
Organization?name:contains=hosp => org
Organization?address-city=spring => org
Organization?address=main => org
Organization?partof=Organization/{org} => org2
MedicationRequest?authoredon=2021-01-05 => mreq
Group?member=Patient/{kim} => grp
Group?actual=true => grp
Provenance?target=Patient/{kim} => prov
Provenance?agent=Practitioner/{doc} => prov
Provenance?target=Observation/{o1}&_include=Provenance:target => +kim +o1 prov
`;
