/** Chained searches, forwards and backwards (`_has`). */
export const CHAIN_ANSWERS = `
Observation?subject:Patient.name=kim => o1 o2 o3 o4
Observation?subject.name=kim => 400 Unable to identify next resource type for search parameter: Observation?subject
Observation?patient.name=kim => o1 o2 o3 o4
Observation?patient.family=lee => o3 o4
Observation?subject:Patient.name:exact=Kim Lee => o3 o4
Observation?subject:Patient.name:contains=ann => o1 o2
Observation?subject:Patient.birthdate=lt1990-01-01 => o1 o2
Observation?subject:Patient.birthdate=1990 => 400 Invalid date value: 1990
Observation?subject:Patient.gender=male => o3 o4
Observation?subject:Patient.gender:not=male => o1 o2 ogone
Observation?subject:Patient.identifier=urn:mrn|$RUN-1 => o1 o2
Observation?subject:Patient._id={kim} => o1 o2
Observation?subject:Patient._id={kim},{lee} => o1 o2 o3 o4
Observation?patient._id={gone} => ogone
Observation?patient._lastUpdated=gt2020-01-01T00:00:00Z => o1 o2 o3 o4 ogone
Observation?subject:Patient.organization.name=other => o1 o2
Observation?subject:Patient.organization.partof.name=likeness => o1 o2
Observation?encounter.service-provider.name=likeness => 400 Unable to identify next resource type for search parameter: Observation?encounter
Observation?subject:Patient.organization.partof.partof.name=x => 400 Search chains longer than three links are not currently supported
Observation?subject:Patient.general-practitioner:Practitioner.family=quincy => o1 o2
Observation?subject:Group.name=x => nothing
Observation?subject:Foo.name=x => 400 Unable to identify next resource type for search parameter: Observation?subject
Observation?foo.name=x => 400 Invalid search parameter in chain: Observation?foo
Observation?subject:Patient.foo=x => 400 Invalid search parameter at end of chain: Patient?foo
Observation?code.name=x => 400 Unable to identify next resource type for search parameter: Observation?code
Observation?encounter.subject:Patient.name=kim => 400 Unable to identify next resource type for search parameter: Observation?encounter
Observation?has-member:Observation.code=8867-4 => o4
Observation?has-member.code=8867-4 => 400 Unable to identify next resource type for search parameter: Observation?has-member
Observation?subject:Patient.name:missing=true => nothing
Observation?subject:Patient.email:missing=false => o1 o2
Observation?patient.gender:missing=true => ogone
Observation?patient.family=gone$RUN => nothing
Observation?patient._deleted=true => 400 Invalid search parameter at end of chain: Patient?_deleted
Observation?subject:Patient._filter=family eq lee => nothing
Observation?encounter.date=ge2021-01-01 => 400 Unable to identify next resource type for search parameter: Observation?encounter
Observation?performer:Practitioner.name=quincy => o1
DiagnosticReport?result.code=8867-4 => rep
DiagnosticReport?result:Observation.code=8867-4 => rep
DiagnosticReport?result.subject:Patient.name=lee => rep
MedicationRequest?medication.code:text=aspirin => mreq
QuestionnaireResponse?questionnaire.name=Q1 => qr
QuestionnaireResponse?questionnaire:Questionnaire.title=Quest => qr
Observation?subject:Patient.= => 400 Cannot read properties of undefined (reading 'implementation')
Observation?subject:Patient.name= => o1 o2 o3 o4
Observation?subject:Patient.name=kim&status=final => o1 o3 o4
Observation?patient.name=kim&_sort=-date => o4 o3 o2 o1
Observation?patient._compartment={kim} => o1 o2
Observation?patient.name= => o1 o2 o3 o4
Observation?derived-from:Observation.code=x => nothing
Observation?subject:Patient.telecom= 15550100 => nothing
Observation?subject:Patient.link:Patient.name=x => nothing
Patient?_has:Observation:subject:code=8867-4 => kim
Patient?_has:Observation:subject:code=http://loinc.org|85354-9 => lee
Patient?_has:Observation:patient:status=amended => kim
Patient?_has:Observation:subject:code:not=8867-4 => lee
Patient?_has:Observation:subject:value-quantity=gt75 => kim
Patient?_has:Observation:subject:_id={o4} => lee
Patient?_has:Observation:subject:_has:DiagnosticReport:result:status=final => kim lee
Patient?_has:Observation:subject:_has:Provenance:target:agent=Practitioner/{doc} => kim
Patient?_has:Observation:subject:encounter.service-provider.name=likeness => 400 Unable to identify next resource type for search parameter: Observation?encounter
Patient?_has:Observation:foo:code=x => 400 Invalid search parameter in chain: Observation?foo
Patient?_has:Observation:encounter:code=x => 400 Invalid reverse chain link: search parameter Observation?encounter does not refer to Patient
Patient?_has:Foo:subject:code=x => 400 Invalid search parameter in chain: Foo?subject
Patient?_has:Observation:subject:foo=x => 400 Invalid search parameter at end of chain: Observation?foo
Patient?_has:Observation:subject=x => 400 Invalid search chain: _has:Observation:subject
Patient?_has:Observation:subject:=x => 400 Unterminated chained search
Patient?_has=x => 400 Unknown search parameter: _has
Patient?_has:=x => 400 Invalid search chain: _has:
Patient?_has:Observation=x => 400 Invalid search chain: _has:Observation
Practitioner?_has:Patient:general-practitioner:name=kim => doc
Organization?_has:Patient:organization:gender=female => org2
Organization?_has:Organization:partof:_has:Patient:organization:name=kim => org
Organization?_has:Organization:partof:_has:Patient:organization:_has:Observation:subject:code=8867-4 => org
Organization?_has:Organization:partof:_has:Patient:organization:_has:Observation:subject:_has:DiagnosticReport:result:status=final => 400 Search chains longer than three links are not currently supported
Questionnaire?_has:QuestionnaireResponse:questionnaire:status=completed => quest
Patient?_has:Group:member:type=person => kim
Patient?_has:Observation:subject:date=ge2021-03-01 => lee
Observation?_has:Observation:has-member:code=85354-9 => o1
Patient?_has:Observation:subject:code=8867-4,nosystem&gender=male => lee
Patient?_has:Observation:subject:performer.name=quincy => 400 Unable to identify next resource type for search parameter: Observation?performer
Patient?_has:Observation:subject:performer:Practitioner.name=quincy => kim
Encounter?_has:Observation:encounter:_tag=x => nothing
`;
