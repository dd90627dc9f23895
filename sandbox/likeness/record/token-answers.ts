/** Codes, references, and what every resource has, with each modifier. */
export const TOKEN_ANSWERS = `
Observation?code=8867-4 => o1 o2 ogone
Observation?code=http://loinc.org|8867-4 => o1 o2 ogone
Observation?code=|nosystem => o3
Observation?code=nosystem => o3
Observation?code=|8867-4 => nothing
Observation?code=http://loinc.org| => o1 o2 o4 ogone
Observation?code=8867-4,nosystem => o1 o2 o3 ogone
Observation?code=pulse rate => nothing
Observation?code=Pulse rate => o1 o2 ogone
Observation?code=Heart rate => o1 o2 ogone
Observation?code:text=heart => o1 o2 ogone
Observation?code:text=pulse => o1 o2 ogone
Observation?code:text=rate,panel => o1 o2 o4 ogone
Observation?code:contains=hear => o1 o2 ogone
Observation?code:exact=8867-4 => o1 o2 ogone
Observation?code:not=8867-4 => o3 o4 o5
Observation?code:not=8867-4,nosystem => o4 o5
Observation?code:not=http://loinc.org| => o3 o5
Observation?code:in=http://x => 400 Invalid modifier :in for clinical-code
Observation?code:not-in=http://x => 400 Invalid modifier :not-in for clinical-code
Observation?code:above=8867-4 => 400 Invalid modifier :above for clinical-code
Observation?code:below=8867-4 => 400 Invalid modifier :below for clinical-code
Observation?code:of-type=x => 400 Invalid modifier :of-type for clinical-code
Observation?code:identifier=8867-4 => nothing
Observation?code:missing=true => nothing
Observation?code:missing=false => o1 o2 o3 o4 o5 ogone
Observation?code:missing=x => 400 Search filter ':missing' must have a value of 'true' or 'false'
Observation?code:missing=TRUE => nothing
Observation?code:foo=8867-4 => o1 o2 ogone
Observation?code:iterate=8867-4 => 400 Invalid modifier :iterate for clinical-code
Observation?code= => nothing
Observation?code=| => nothing
Observation?code= 8867-4  => o1 o2 ogone
Observation?code=8867\\-4 => o1 o2 ogone
Observation?status=final => o1 o3 o4 o5 ogone
Observation?status=http://hl7.org/fhir/observation-status|final => nothing
Observation?status=|final => nothing
Observation?status:not=final => o2
Observation?status:not=final,amended => nothing
Observation?status:text=fin => nothing
Observation?status:in=final => o1 o3 o4 o5 ogone
Observation?status:missing=true => nothing
Observation?status:contains=fin => nothing
Observation?status:exact=final => o1 o3 o4 o5 ogone
Observation?status=FINAL => nothing
Observation?status:foo=final => o1 o3 o4 o5 ogone
Observation?_security=x => nothing
Observation?_tag:not=x => o1 o2 o3 o4 o5 ogone
Observation?_tag:missing=true => nothing
Observation?value-concept:text=posi => o5
Observation?value-concept=Positive => o5
Observation?encounter=Encounter/{enc} => o1
Observation?encounter={enc} => nothing
Observation?encounter:missing=true => o2 o3 o4 o5 ogone
Observation?encounter:not=Encounter/{enc} => nothing
Observation?encounter:in=x => 400 Invalid modifier :in for encounter
Observation?encounter:foo=Encounter/{enc} => o1
Observation?subject={kim} => o1 o2
Observation?subject=Patient/{kim},Patient/{lee} => o1 o2 o3 o4
Observation?subject:not=Patient/{kim} => o3 o4 ogone
Observation?subject:not={kim},{lee} => ogone
Observation?subject:Patient={kim} => o1 o2
Observation?subject:missing=true => o5
Observation?patient={kim} => o1 o2
Observation?patient:Patient={kim} => o1 o2
Observation?performer:identifier=urn:staff|S-1 => o2
Observation?performer:identifier=S-1 => o2
Observation?performer:identifier=|S-1 => nothing
Observation?performer:missing=false => o1 o2
Observation?performer:not=Practitioner/{doc} => o2 o3 o4 o5 ogone
Observation?performer=Practitioner/{doc} => o1
Observation?performer:identifier:missing=true => nothing
Observation?has-member:missing=false => o4
Observation?has-member:not=Observation/{o1} => o1 o2 o3 o5 ogone
Observation?has-member=Observation/{o1} => o4
Observation?_id={o1},{o2} => o1 o2
Observation?_id=x => nothing
Observation?_id:not={o1} => o2 o3 o4 o5 ogone
Observation?_id:missing=true => nothing
Observation?_id:in={o1} => 400 Invalid modifier :in for _id
Observation?_id=Observation/{o1} => o1
Observation?_compartment={kim} => o1 o2
Observation?_compartment=Patient/{kim} => o1 o2
Observation?_compartment=Foo/{kim} => o1 o2
Observation?_compartment:not={kim} => o3 o4 o5 ogone
Observation?_compartment=x => nothing
Observation?_compartment:in=x => 400 Invalid modifier :in for _compartment
Observation?_project=x => nothing
Observation?_project:missing=true => nothing
Observation?_deleted=true => nothing
Observation?_deleted=false => o1 o2 o3 o4 o5 ogone
Observation?_deleted=x => 400 Boolean search value must be 'true' or 'false'
Observation?_deleted:not=true => o1 o2 o3 o4 o5 ogone
Observation?_profile=x => nothing
Observation?_text=x => 400 Unknown search parameter: _text
Observation?_content=x => 400 Unknown search parameter: _content
Observation?_list=x => 400 Unknown search parameter: _list
Observation?_query=x => 400 Unknown search parameter: _query
Observation?_source:missing=true => o1 o2 o3 o4 o5 ogone
Observation?_source=x => nothing
`;
