/** Names, addresses, contact points, identifiers and orders of Patients. */
export const NAME_ANSWERS = `
Patient?name=kim => kim lee
Patient?name=Kim Lee => lee
Patient?name=lee kim => lee
Patient?name=ann kim => kim
Patient?name=ann lee => nothing
Patient?name=o'brien => kim
Patient?name=brien => kim
Patient?name=smith => kim
Patient?name=O'Brien-Smith => kim
Patient?name=obrien => nothing
Patient?name=maiden ann => nothing
Patient?name= => kim lee zed
Patient?name=- => nothing
Patient?name=kim,true => kim lee zed
Patient?name:exact=Kim Lee => lee
Patient?name:exact=kim lee => nothing
Patient?name:exact=Kim Ann O'Brien-Smith => kim
Patient?name:contains=nn => kim
Patient?name:contains=IM => kim lee
Patient?name:missing=true => zed
Patient?name:missing=false => nothing
Patient?name:missing=x => nothing
Patient?name:not=kim => zed
Patient?name:in=x => 400 Invalid modifier :in for name
Patient?name:not-in=x => 400 Invalid modifier :not-in for name
Patient?name:text=kim => kim lee
Patient?name:foo=kim => kim lee
Patient?name:above=kim => kim lee
Patient?given=kim => kim lee
Patient?given=ann => kim
Patient?given:exact=Kim Ann => kim
Patient?given:exact=Ann => nothing
Patient?given:missing=true => nothing
Patient?family=o => kim
Patient?family=lee => lee
Patient?family:exact=Lee => lee
Patient?family:contains=bri => kim
Patient?family:missing=true => nothing
Patient?family=gone$RUN => nothing
Patient?address=portland => kim
Patient?address=elm => kim
Patient?address=12 elm => kim
Patient?address=97201 => kim
Patient?address-city=port => kim
Patient?address-city:exact=Portland => kim
Patient?address-state=or => kim
Patient?address-postalcode=972 => kim
Patient?address-city:missing=true => nothing
Patient?address-use=home => nothing
Patient?email=kim.$RUN@example.com => kim
Patient?email=KIM.$RUN@EXAMPLE.COM => kim
Patient?email=email|kim.$RUN@example.com => kim
Patient?email:contains=$RUN@ex => kim
Patient?email:text=$RUN => kim
Patient?email:missing=true => lee zed
Patient?phone= 15550100 => nothing
Patient?phone=+15550100 => kim
Patient?phone:contains=555 => kim
Patient?telecom=phone|+15550100 => kim
Patient?telecom:not=phone|+15550100 => lee zed
Patient?identifier=$RUN-1 => kim
Patient?identifier=urn:mrn|$RUN-1 => kim
Patient?identifier=urn:mrn| => kim lee
Patient?identifier=|$RUN-nosys => lee
Patient?identifier:contains=$RUN => nothing
Patient?identifier:text=x => nothing
Patient?identifier:of-type=x => 400 Invalid modifier :of-type for Patient-identifier
Patient?identifier:not=urn:mrn|$RUN-1 => lee zed
Patient?gender=female => kim
Patient?gender:not=female => lee zed
Patient?gender:missing=true => zed
Patient?gender=FEMALE => nothing
Patient?active=true => kim
Patient?active=false => nothing
Patient?active:not=true => lee zed
Patient?active=yes => 400 Boolean search value must be 'true' or 'false'
Patient?active:missing=true => lee zed
Patient?active:in=true => 400 Invalid modifier :in for active
Patient?active=true,false => 400 Boolean search value must be 'true' or 'false'
Patient?deceased=false => kim lee zed
Patient?deceased=true => nothing
Patient?deceased:missing=true => nothing
Patient?organization=Organization/{org2} => kim
Patient?organization={org2} => nothing
Patient?organization:not=Organization/{org2} => nothing
Patient?general-practitioner=Practitioner/{doc} => kim
Patient?link=Patient/x => nothing
Patient?phonetic=kim => kim lee
Patient?language=en => nothing
Patient?death-date=2020-01-01 => nothing
Patient?_sort=name => kim lee zed
Patient?_sort=-name => zed lee kim
Patient?_sort=family,-given => lee kim zed
Patient?_sort=birthdate => kim lee zed
Patient?_sort=-birthdate => lee zed kim
Patient?_sort=gender,-_lastUpdated => kim lee zed
Patient?_sort=email => kim lee zed
Patient?_sort=address => kim lee zed
Patient?_sort=foo => 400 Unknown search parameter: foo
Patient?_sort=organization => kim lee zed
Patient?_sort=identifier => kim lee zed
Patient?_sort= => 400 Unknown search parameter:
`;
