/** Quantities, numbers, dates, and parameters of several parts, which 5.0.10 does not know. */
export const VALUE_ANSWERS = `
Observation?value-quantity=72 => o1
Observation?value-quantity=72| => o1
Observation?value-quantity=72||bpm => o1
Observation?value-quantity=72|http://unitsofmeasure.org|/min => o1
Observation?value-quantity=72|http://wrong|x => o1
Observation?value-quantity=eq72 => o1
Observation?value-quantity=ne72 => o2 o3
Observation?value-quantity=gt72 => o2 o3
Observation?value-quantity=lt73 => o1 o3
Observation?value-quantity=ge72.5 => o2 o3
Observation?value-quantity=le72 => o1
Observation?value-quantity=ap70 => o1 o3
Observation?value-quantity=sa72 => o2 o3
Observation?value-quantity=eb72.5 => o1
Observation?value-quantity=abc => 400 invalid input syntax for type double precision: "abc"
Observation?value-quantity=gtabc => 400 invalid input syntax for type double precision: "abc"
Observation?value-quantity= => 400 Invalid quantity value:
Observation?value-quantity=|x => 400 Invalid quantity value: |x
Observation?value-quantity=72,80 => 400 invalid input syntax for type double precision: "72,80"
Observation?value-quantity=7.2e1 => o1
Observation?value-quantity=72.50 => o3
Observation?value-quantity=+72 => o1
Observation?value-quantity= 72 => o1
Observation?value-quantity:missing=true => o4 o5 ogone
Observation?value-quantity:missing=false => o1 o2 o3
Observation?value-quantity:not=72 => o2 o3
Observation?value-quantity:exact=72 => o1
Observation?value-quantity:in=72 => 400 Unknown FHIR operator: in
Observation?value-quantity:contains=72 => 400 Unknown FHIR operator: contains
Observation?component-value-quantity=120 => 400 malformed array literal: "120"
Observation?component-value-quantity=gt100 => 400 malformed array literal: "100"
Observation?component-value-quantity:missing=false => o4
Observation?combo-value-quantity=120 => 400 malformed array literal: "120"
Observation?combo-value-quantity=ap120 => 400 malformed array literal: "108"
Observation?combo-value-quantity:missing=true => o5 ogone
RiskAssessment?probability=0.5 => risk
RiskAssessment?probability=gt0.6 => risk
RiskAssessment?probability=0.7 => risk
RiskAssessment?probability=0.4,0.5 => risk
RiskAssessment?probability=ap0.5 => 400 Unknown FHIR operator: ap
RiskAssessment?probability=abc => 400 invalid input syntax for type double precision: "abc"
RiskAssessment?probability:missing=false => risk
RiskAssessment?probability:not=0.5 => risk
Immunization?reaction-date=2020-01-02 => 400 malformed array literal: "2020-01-02"
Immunization?reaction-date=ge2020-01-01 => 400 malformed array literal: "2020-01-01"
Immunization?reaction-date:missing=false => imm
Observation?_sort=component-value-quantity,_lastUpdated => o4 o1 o2 o3 o5 ogone
Observation?date=2021-01-01 => nothing
Observation?date=2021 => 400 Invalid date value: 2021
Observation?date=2021-02 => 400 Invalid date value: 2021-02
Observation?date=eq2021-02-01 => o2
Observation?date=ne2021-02-01 => o1 o3
Observation?date=gt2021-01-01 => o1 o2 o3
Observation?date=ge2021-01-01T10:00:00Z => o1 o2 o3
Observation?date=le2021-01-01T10:00:00Z => o1
Observation?date=ap2021-01-01 => 400 Unknown FHIR operator: ap
Observation?date=sa2021-01-15 => o2 o3
Observation?date=eb2021-01-15 => o1
Observation?date=2021-01-01T10:00:00 => o1
Observation?date=2021-13-01 => 400 Invalid format for date search parameter: 2021-13-01
Observation?date=x => 400 Invalid format for date search parameter: x
Observation?date= => 400 Invalid format for date search parameter:
Observation?date=2021-01-01 10:00:00Z => 400 Invalid format for date search parameter: 2021-01-01 10:00:00Z
Observation?date=2021-01-01T12:00:00+02:00 => o1
Observation?date=sw2021-01-01 => 400 Unknown FHIR operator: sw
Observation?date=2021-01-01,2021-02-01 => 400 Invalid format for date search parameter: 2021-01-01,2021-02-01
Observation?date=lt2030-01-01 => o1 o2 o3
Observation?date:missing=true => o4 o5 ogone
Observation?date:missing=false => o1 o2 o3
Observation?date:missing=x => o1 o2 o3
Observation?date:not=2021-02-01 => o1 o3
Observation?date:exact=2021-02-01 => o2
Observation?date:in=2021-02-01 => 400 Invalid modifier :in for date
Observation?date:contains=2021-02-01 => 400 Unknown FHIR operator: contains
Observation?date:below=2021-02-01 => 400 Unknown FHIR operator: below
Patient?birthdate=1980-05-17 => kim
Patient?birthdate=ge1980-05-17 => kim
Patient?birthdate=gt1980-05-17 => nothing
Patient?birthdate=1980 => 400 Invalid date value: 1980
Patient?birthdate:missing=true => lee zed
Patient?birthdate=ne1980-05-17 => nothing
Encounter?date=2021-01-01T10:00:00Z => enc
Encounter?date=gt2021-01-01 => enc
Patient?_lastUpdated=gt2020-01-01 => kim lee zed
Patient?_lastUpdated=lt2020-01-01 => nothing
Patient?_lastUpdated=2020 => 400 Invalid date value: 2020
Patient?_lastUpdated:missing=true => 400 Invalid date value: true
Patient?_lastUpdated=ap2020-01-01 => 400 Unknown FHIR operator: ap
Patient?_lastUpdated:in=2020-01-01 => 400 Invalid modifier :in for _lastUpdated
Observation?code-value-quantity=http://loinc.org|8867-4$72 => 400 Unrecognized search parameter type: composite
Observation?component-code-value-quantity=http://loinc.org|8480-6$120 => 400 Unrecognized search parameter type: composite
Observation?code-value-quantity:missing=true => 400 column Observation.codeValueQuantity does not exist
Observation?_filter=code-value-quantity eq "x" => 400 column "codeValueQuantity" does not exist
Observation?_sort=code-value-quantity => 400 column Observation.codeValueQuantity does not exist
Observation?combo-code-value-quantity=x => 400 Unrecognized search parameter type: composite
Patient?_has:Observation:subject:code-value-quantity=x => 400 Unrecognized search parameter type: composite
`;
